/** What is kept of a failed job for the admin: why, in one line, and nothing that opens a door or names a person. */

const most = 300

/** Addresses keep their host, mail addresses their domain; long random-looking words (tokens, keys, hashes) go. */
const hidden: [RegExp, string][] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)(?:[^\s/@]*@)?([^\s/?#"']*)[^\s"')]*/gi, '$1$2/…'],
  [/[^\s<>@"'=:(]+@([a-z0-9.-]+)/gi, '…@$1'],
  [/\beyJ[\w-]+(?:\.[\w-]*)+/g, '(secret)'],
  [/\b(?:bearer|basic)\s+\S+/gi, '(secret)'],
  [
    /(?<![\w-])(?![0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-]))(?=[\w+/=-]*\d)[\w+/=-]{24,}/gi,
    '(secret)',
  ],
  [/\b((?:pass(?:word)?|secret|token|api[-_]?key)["']?\s*[=:]\s*)\S+/gi, '$1(secret)'],
]

/** The first line of an error's words, without secrets. */
export function failureWords(error: unknown): string {
  const text =
    error instanceof Error
      ? `${error.name === 'Error' ? '' : `${error.name}: `}${error.message}`
      : String(error)
  const line = text.split('\n')[0] ?? ''
  return hidden.reduce((words, [what, instead]) => words.replace(what, instead), line).slice(0, most)
}
