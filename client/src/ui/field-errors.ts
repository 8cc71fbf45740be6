/** From a schema's and a server's complaints to one sentence a field. */

export interface Issue {
  path: readonly PropertyKey[]
  message: string
}

/** What a zod schema offers; any other with the same shape will do. */
export interface Schema<Output> {
  safeParse(
    value: unknown,
  ): { success: true; data: Output } | { success: false; error: { issues: readonly Issue[] } }
}

export type FieldErrors = Record<string, string>

/** The first complaint of each field, by its name; what concerns the whole form is under ''. */
export function issueErrors(issues: readonly Issue[]): FieldErrors {
  const errors: FieldErrors = {}
  for (const { path, message } of issues) errors[String(path[0] ?? '')] ??= message
  return errors
}

/** The same from a refusal's `details` (dot-separated path → words), which may name what lies inside a field. */
export function detailErrors(error: unknown): FieldErrors {
  if (typeof error !== 'object' || error === null || !('details' in error)) return {}
  const { details } = error
  if (typeof details !== 'object' || details === null) return {}
  const errors: FieldErrors = {}
  for (const [path, words] of Object.entries(details)) errors[path.split('.')[0] ?? ''] ??= String(words)
  return errors
}
