const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const CLEAR_LINE = '\r\x1b[2K'

/**
 * Runs one step of the set-up and shows it with its time: a spinner on a terminal, plain lines elsewhere.
 * What `work` returns as `done` replaces the title once it is finished; `quiet` shows nothing unless it takes long.
 */
export async function step(title, work, { quiet = false } = {}) {
  const began = performance.now()
  const stop = showRunning(title, began, quiet ? 700 : 0)
  try {
    const result = await work()
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

function showRunning(title, began, delay) {
  if (!process.stdout.isTTY) {
    const timer = setTimeout(() => console.log(`… ${title}`), Math.max(delay, 300))
    return () => clearTimeout(timer)
  }
  let frame = 0
  const draw = () => {
    if (performance.now() - began < delay) return
    frame = (frame + 1) % FRAMES.length
    process.stdout.write(`${CLEAR_LINE}${FRAMES[frame]} ${title} ${seconds(began).toFixed(0)} s`)
  }
  const timer = setInterval(draw, 100)
  return () => {
    clearInterval(timer)
    process.stdout.write(CLEAR_LINE)
  }
}
