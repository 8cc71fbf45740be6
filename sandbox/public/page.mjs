/** The page in the checkout's frame: three ways a payment can end, told to the page that opened it. */
const { order } = document.querySelector('main').dataset
const asked = new URLSearchParams(location.search)
const buttons = [...document.querySelectorAll('button')]
const status = document.querySelector('#status')

document.querySelector('#name').textContent = asked.get('name') || 'Payment'
document.querySelector('#description').textContent = asked.get('description') ?? ''

// The frame shows under the same origin as the page around it; nobody else is told.
const tell = (kind, data) => window.parent.postMessage({ kind, data }, location.origin)

function wait(waiting) {
  for (const button of buttons) button.disabled = waiting
}

async function ask(what) {
  const answer = await fetch(`./${order}/${what}`, { method: 'POST' })
  const body = await answer.json()
  if (!answer.ok) throw new Error(body.error?.description ?? 'The sandbox refused.')
  return body
}

function on(id, run) {
  document.querySelector(id).addEventListener('click', async () => {
    wait(true)
    status.textContent = ''
    try {
      await run()
    } catch (error) {
      status.textContent = error instanceof TypeError ? 'The sandbox can’t be reached.' : error.message
    } finally {
      wait(false)
    }
  })
}

on('#pay', async () => {
  status.textContent = 'Paying …'
  tell('paid', await ask('pay'))
})
on('#fail', async () => {
  tell('failed', await ask('fail'))
  status.textContent = 'The payment failed. You can try again.'
})
document.querySelector('#cancel').addEventListener('click', () => tell('cancelled'))
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') tell('cancelled')
})
// Until now a press would have done nothing.
wait(false)
document.querySelector('#pay').focus()
