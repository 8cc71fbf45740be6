/** What the owner of an account hears of what happened to it, in the app and by mail. */
import type { Logger } from 'pino'
import type { Notify } from '../notifications/notifications.ts'

/** Said below the news, unless these say something better. */
const ifNot =
  'Was this not you? Set a new password at once (“Forgot your password?” on the sign-in page); that signs everybody else out.'

/** A new password alone leaves another way in as it is. */
const ifNotAdded =
  'Was this not you? Remove it on the security page at once, sign out all other devices there, and set a new password.'

interface News {
  title: string
  message: string
  ifNot?: string
}

export type TellOwner = (accountId: string, news: News) => Promise<void>

/** Call it after the commit. What was done is done and is answered, whether or not its owner can be told just now. */
export const createTellOwner =
  ({ notify, log }: { notify: Notify; log: Logger }): TellOwner =>
  async (accountId, news) => {
    const { title, message } = news
    try {
      await notify([accountId], {
        kind: 'account',
        title,
        message,
        link: '/security',
        mailParagraphs: [message, news.ifNot ?? ifNot],
      })
    } catch (err) {
      log.error({ err, accountId, title }, 'an owner was not told of a change of their account')
    }
  }

/** A device's name in a sentence: brands keep their capitals. */
const insideSentence = (device: string) => device.replace(/^An? /, (article) => article.toLowerCase())

export const news = {
  newDevice: ({ device, address }: { device: string; address: string }): News => ({
    title: 'New sign-in to your account',
    message: `Somebody signed in from ${insideSentence(device)} at the network address ${address}.`,
  }),
  tokenReused: {
    title: 'A sign-in of yours was ended',
    message:
      'One of your sign-ins was used from two places at once, as if somebody had copied it from your browser. We ended it: sign in again where you were signed out.',
  },
  passwordChanged: {
    title: 'Your password was changed',
    message: 'Your password was changed. Everybody else was signed out.',
  },
  appAdded: {
    title: 'Authenticator app added',
    message: 'From now on signing in asks for a code of your authenticator app.',
    ifNot: ifNotAdded,
  },
  appRemoved: {
    title: 'Authenticator app removed',
    message: 'Signing in no longer asks for a code of your authenticator app.',
  },
  passkeyAdded: (name: string): News => ({
    title: 'Passkey added',
    message: `The passkey “${name}” can now sign in to your account.`,
    ifNot: ifNotAdded,
  }),
  passkeyRemoved: (name: string): News => ({
    title: 'Passkey removed',
    message: `The passkey “${name}” can no longer sign in to your account.`,
  }),
  recoveryCodeUsed: (left: number): News => ({
    title: 'Recovery code used',
    message: `One of your recovery codes was used to prove that it is you. ${left} ${left === 1 ? 'is' : 'are'} left.`,
  }),
  recoveryCodesMade: {
    title: 'New recovery codes made',
    message: 'Ten new recovery codes were made for your account. Those before no longer work.',
  },
  linked: (label: string): News => ({
    title: `${label} linked`,
    message: `An account at ${label} can now sign in to your account.`,
    ifNot: ifNotAdded,
  }),
  unlinked: (label: string): News => ({
    title: `${label} unlinked`,
    message: `Your account at ${label} can no longer sign in here.`,
  }),
} as const
