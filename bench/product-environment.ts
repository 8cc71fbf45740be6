import { readFileSync } from 'node:fs'
import type { Product } from '../client/e2e/product.ts'

/** The settings that a process of the running product was started with. */
export function environmentOf(product: Product, program: string): Partial<Record<string, string>> {
  const [pid] = product.pids(program)
  const settings: Partial<Record<string, string>> = {}
  for (const line of readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')) {
    const [name = '', ...value] = line.split('=')
    settings[name] = value.join('=')
  }
  return settings
}
