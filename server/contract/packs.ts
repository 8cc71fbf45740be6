/** Packs: several sessions of one mentor, bought at once and used within some days. */
import { z } from 'zod'
import { id, instant, nothing, paise, text } from './base.ts'
import { purchase } from './bookings.ts'
import { route } from './route.ts'

const offer = {
  title: text(3, 120),
  credits: z.number().int().min(2).max(100),
  pricePaise: paise.min(100),
  validDays: z.number().int().min(7).max(730),
}

export const packOffer = z
  .strictObject({
    id,
    mentorId: id,
    mentorName: z.string(),
    ...offer,
    title: z.string(),
    sold: z.number().int(),
  })
  .meta({ id: 'PackOffer' })
export type PackOffer = z.infer<typeof packOffer>

export const pack = z
  .strictObject({
    id,
    title: z.string(),
    mentorId: id,
    mentorName: z.string(),
    credits: z.number().int(),
    /** Sessions that can still be booked with it, if it has not expired. */
    left: z.number().int(),
    expiresAt: instant,
    expired: z.boolean(),
    /** Was the money for what was unused given back? Then nothing is left. */
    refunded: z.boolean(),
  })
  .meta({ id: 'Pack' })
export type Pack = z.infer<typeof pack>

const one = z.strictObject({ id })

export const packRoutes = {
  offers: route({
    method: 'get',
    path: '/api/mentors/:id/pack-offers',
    access: 'anyone',
    limit: 'sessions',
    summary: 'Packs that this mentor sells',
    params: one,
    response: z.strictObject({ items: z.array(packOffer) }),
  }),
  offer: route({
    method: 'post',
    path: '/api/pack-offers',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Sell a pack of my sessions',
    body: z.strictObject(offer),
    response: packOffer,
    status: 201,
  }),
  endOffer: route({
    method: 'delete',
    path: '/api/pack-offers/:id',
    access: 'mentor',
    limit: 'sessions',
    summary: 'Sell this pack no longer; those sold stay good. Repeating it is harmless',
    params: one,
    response: nothing,
  }),
  buy: route({
    method: 'post',
    path: '/api/pack-offers/:id/buy',
    access: 'learner',
    limit: 'sessions',
    idempotent: true,
    summary: 'Buy a pack: a purchase to be paid; an open one of mine is answered again',
    params: one,
    body: nothing,
    response: purchase,
    status: 201,
  }),
  mine: route({
    method: 'get',
    path: '/api/packs',
    access: 'learner',
    limit: 'sessions',
    summary: 'My packs, the ones that can be used first',
    response: z.strictObject({ items: z.array(pack) }),
  }),
}
