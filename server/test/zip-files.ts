/** What is in a zip of text files, by their names. */
import { strFromU8, unzipSync } from 'fflate'

export const filesOf = (zip: Uint8Array): Record<string, string> =>
  Object.fromEntries(Object.entries(unzipSync(zip)).map(([name, bytes]) => [name, strFromU8(bytes)]))
