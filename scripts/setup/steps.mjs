const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const CLEAR_LINE = '\r\x1b[2K'

/** Without a terminal, how often a long step says how far it is. */
const TELL_EVERY = 20_000

/**
 * Runs one step of the set-up and shows it with its time: a spinner on a terminal, plain lines elsewhere. `work` is given
 * a function to say how far it is. What it returns as `done` replaces the title once it is finished; `quiet` shows nothing unless it takes long.
 */
export async function step(title, work, { quiet = false } = {}) {
  const began = performance.now()
  let far = ''
  const stop = showRunning(() => title + far, began, quiet ? 700 : 0)
  try {
    const result = await work((words) => (far = `: ${words}`))
    stop()
    const took = seconds(began)
    if (!quiet || took >= 0.7) console.log(`✓ ${result?.done ?? title} (${took.toFixed(1)} s)`)
    return result
  } catch (error) {
    stop()
    console.log(`✗ ${title} (${seconds(began).toFixed(1)} s)`)
    throw error
  }
}

const seconds = (began) => (performance.now() - began) / 1000

function showRunning(words, began, delay) {
  if (!process.stdout.isTTY) return tellNowAndThen(words, began, delay)
  let frame = 0
  const draw = () => {
    if (performance.now() - began < delay) return
    frame = (frame + 1) % FRAMES.length
    process.stdout.write(`${CLEAR_LINE}${FRAMES[frame]} ${words()} ${seconds(began).toFixed(0)} s`)
  }
  const timer = setInterval(draw, 100)
  return () => {
    clearInterval(timer)
    process.stdout.write(CLEAR_LINE)
  }
}

function tellNowAndThen(words, began, delay) {
  let told = ''
  const tell = () => {
    const now = words()
    if (now !== told) console.log(told ? `… ${now} (${seconds(began).toFixed(0)} s)` : `… ${now}`)
    told = now
  }
  const first = setTimeout(tell, Math.max(delay, 300))
  const again = setInterval(tell, TELL_EVERY)
  return () => {
    clearTimeout(first)
    clearInterval(again)
  }
}
