/** Dark, light or as the system has it. public/theme.js sets the first one before anything is painted. */

export type ThemeChoice = 'system' | 'light' | 'dark'

const key = 'peerlearn.theme'
const ground = { light: '#fbfaf7', dark: '#151716' } // --surface, for the browser's own bar

const kept = (): ThemeChoice => {
  try {
    const value = localStorage.getItem(key)
    return value === 'light' || value === 'dark' ? value : 'system'
  } catch {
    return 'system' // storage may be refused
  }
}

class Theme {
  #choice = $state<ThemeChoice>(kept())
  #system = matchMedia('(prefers-color-scheme: dark)')

  constructor() {
    this.#system.addEventListener('change', () => this.#apply())
    addEventListener('storage', (event) => {
      if (event.key !== key) return
      this.#choice = kept()
      this.#apply()
    })
  }

  get choice(): ThemeChoice {
    return this.#choice
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice
    try {
      if (choice === 'system') localStorage.removeItem(key)
      else localStorage.setItem(key, choice)
    } catch {
      // Then it holds for this page alone.
    }
    this.#apply()
  }

  #apply(): void {
    const dark = this.#choice === 'dark' || (this.#choice === 'system' && this.#system.matches)
    const now = dark ? 'dark' : 'light'
    document.documentElement.dataset.theme = now
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', ground[now])
  }
}

export const theme = new Theme()
