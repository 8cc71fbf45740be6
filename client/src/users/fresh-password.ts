/** Whose password was just set by a mailed link: for the sign-in page that comes next, in this page's memory alone. */

let owner: string | undefined

export const keepFreshPassword = (email: string): void => void (owner = email)

/** The address to sign in with; undefined for whoever comes another way, and the next time. */
export function takeFreshPassword(): string | undefined {
  const email = owner
  owner = undefined
  return email
}
