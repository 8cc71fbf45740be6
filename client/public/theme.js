// Runs before the first paint; src/shell/theme.svelte.ts keeps the same key and goes on from here.
;(() => {
  let kept = null
  try {
    kept = localStorage.getItem('peerlearn.theme')
  } catch {
    // Storage may be refused; then the system decides.
  }
  const dark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  document.querySelector('meta[name="theme-color"]').content = dark ? '#151716' : '#fbfaf7'
})()
