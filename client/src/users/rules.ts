/** What the forms of this folder ask for, in words; the server holds the same limits by its contract. */
import type { authRoutes } from '@peerlearn/contract/auth'
import type { BodyOf } from '@peerlearn/contract/route'
import type { userRoutes } from '@peerlearn/contract/users'
import type { Schema } from '../ui/field-errors.ts'

type Registration = BodyOf<(typeof authRoutes)['register']>
type ProfileChange = BodyOf<(typeof userRoutes)['changeProfile']>

/** A check that names the fields at fault: field → words, or undefined where all is well. */
export const rules = <Values>(check: (values: Values) => Record<string, string | false>): Schema<Values> => ({
  safeParse(given) {
    const values = given as Values // a form hands over its own values
    const issues = Object.entries(check(values)).flatMap(([name, message]) =>
      message ? [{ path: [name], message }] : [],
    )
    return issues.length ? { success: false, error: { issues } } : { success: true, data: values }
  },
})

export const shortestPassword = 8

// Loose on purpose: only the server's mail can tell whether an address is real.
const noEmail = (email: string) =>
  !/^\S+@\S+\.\S+$/.test(email.trim()) && 'Type an email address like name@example.com.'
const noName = (name: string) => !name.trim() && 'Type the name that others will see.'

/** What the form holds: `application` counts for those who want to teach. */
type RegistrationForm = Pick<Registration, 'email' | 'password' | 'name'> & {
  skills: string[]
  wish: 'learn' | 'teach'
  application: string
}

const shortestApplication = 20
export const noApplication = (text: string) =>
  text.trim().length < shortestApplication &&
  `Write at least ${shortestApplication} characters: an admin decides by it.`

export const registrationRules = rules<RegistrationForm>(({ email, password, name, wish, application }) => ({
  name: noName(name),
  email: noEmail(email),
  password: password.length < shortestPassword && `Use at least ${shortestPassword} characters.`,
  application: wish === 'teach' && noApplication(application),
}))

export const loginRules = rules<{ email: string; password: string }>(({ email, password }) => ({
  email: noEmail(email),
  password: !password && 'Type your password.',
}))

export const emailRules = rules<{ email: string }>(({ email }) => ({ email: noEmail(email) }))

const tooShort = (password: string) =>
  password.length < shortestPassword && `Use at least ${shortestPassword} characters.`

export const newPasswordRules = rules<{ password: string }>(({ password }) => ({
  password: tooShort(password),
}))

/** `asked`: there is a present one. */
export const passwordChangeRules = (asked: boolean) =>
  rules<{ present: string; password: string }>(({ present, password }) => ({
    present: asked && !present && 'Type your present password.',
    password: tooShort(password),
  }))

export const profileRules = rules<Required<ProfileChange>>(({ name }) => ({ name: noName(name) }))
