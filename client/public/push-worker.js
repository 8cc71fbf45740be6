// Shows what the server pushes while no page is open. It keeps nothing and stands between no page and the server.
self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('push', (event) => {
  const { title, body, link, tag } = event.data?.json() ?? {}
  const options = { body, tag, data: { link }, icon: '/favicon.svg', badge: '/favicon.svg' }
  event.waitUntil(self.registration.showNotification(title ?? 'PeerLearn', options))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(open(event.notification.data?.link))
})

/** In a window that is open, else in a new one; a class that somebody is in stays as it is. */
async function open(link) {
  const target = new URL(link ?? '/', self.location.origin)
  if (target.origin !== self.location.origin) return
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
  const free = windows.find((window) => !/\/room\/?$/.test(new URL(window.url).pathname))
  if (!free) return self.clients.openWindow(target.href)
  await free.focus()
  await free.navigate(target.href)
}
