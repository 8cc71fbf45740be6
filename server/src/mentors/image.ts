/** Profile images: whatever was sent is decoded and made anew, so nothing hidden in the file goes any further. */
import { createHash } from 'node:crypto'
import { AppError } from '@peerlearn/contract/errors'
import sharp from 'sharp'
import type { Db, DbOrTrx } from '../db.ts'

const side = 256
/** A picture of 40 megapixels takes 160 MB while it is decoded. */
const mostPixels = 40_000_000
const formats: readonly string[] = ['jpeg', 'png', 'webp', 'gif', 'heif']

// One picture at a time: media share these cores. Those that wait are held in memory, 5 MB each.
sharp.concurrency(1)
const queueLimit = 20
let waiting = 0
let last: Promise<unknown> = Promise.resolve()

/** @throws AppError `bad-input` for what is no picture of an allowed format, `too-many-requests` */
function encodeImage(bytes: Uint8Array): Promise<Buffer> {
  if (waiting >= queueLimit)
    throw new AppError('too-many-requests', 'Many pictures come in right now. Please try again in a moment.')
  waiting++
  const mine = last.then(() => encode(bytes)).finally(() => waiting--)
  last = mine.catch(() => undefined)
  return mine
}

async function encode(bytes: Uint8Array): Promise<Buffer> {
  try {
    const picture = sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error', pages: 1 })
    const { format } = await picture.metadata()
    if (!formats.includes(format)) throw noPicture()
    return await picture
      .autoOrient()
      .resize(side, side, { fit: 'cover', position: 'attention' })
      .webp({ quality: 82 })
      .timeout({ seconds: 10 })
      .toBuffer()
  } catch {
    throw noPicture()
  }
}

const noPicture = () =>
  new AppError('bad-input', 'This file can’t be read as a picture. Use a JPEG, PNG or WebP file.', {
    image: 'Not a picture that can be read.',
  })

/** Keeps it for this person in place of an older one. @returns its address */
export async function setImage(db: Db, accountId: string, bytes: Uint8Array): Promise<{ image: string }> {
  const webp = await encodeImage(bytes)
  const version = createHash('sha256').update(webp).digest('hex').slice(0, 16)
  await db.transaction().execute(async (trx) => {
    await trx
      .insertInto('profile_image')
      .values({ account_id: accountId, webp })
      .onConflict((conflict) => conflict.column('account_id').doUpdateSet({ webp }))
      .execute()
    await setVersion(trx, accountId, version)
  })
  return { image: `/api/users/${accountId}/image?v=${version}` }
}

export async function removeImage(db: Db, accountId: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await trx.deleteFrom('profile_image').where('account_id', '=', accountId).execute()
    await setVersion(trx, accountId, null)
  })
}

const setVersion = (trx: DbOrTrx, accountId: string, version: string | null) =>
  trx.updateTable('account').set({ image_version: version }).where('id', '=', accountId).execute()

/** With a version, that one or none: an address that is kept for a year shows one picture. @throws AppError `not-found` */
export async function getImage(db: DbOrTrx, accountId: string, version?: string): Promise<Buffer> {
  let query = db
    .selectFrom('profile_image')
    .innerJoin('account', 'account.id', 'profile_image.account_id')
    .select('profile_image.webp')
    .where('account.id', '=', accountId)
  if (version !== undefined) query = query.where('account.image_version', '=', version)
  const row = await query.executeTakeFirst()
  if (!row) throw new AppError('not-found', 'There is no such image.')
  return row.webp
}
