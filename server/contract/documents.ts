/** Receipts, tax invoices and credit notes: numbered without gaps, as data that never changes and as PDF. */
import { z } from 'zod'
import { id, instant, sumPaise } from './base.ts'
import { file, route } from './route.ts'

/** invoice: of a mentor registered for GST. receipt: of one who is not. credit-note: of a refund, refers to one of both. */
export const documentKind = z.enum(['receipt', 'invoice', 'credit-note'])

export const party = z.strictObject({ name: z.string(), address: z.string(), gstin: z.string().nullable() })

/** What a document says. Prices contain the tax; within a state it is half CGST, half SGST. */
export const documentFacts = z.strictObject({
  supplier: party,
  customer: party,
  lines: z.array(z.strictObject({ words: z.string(), quantity: z.number().int(), amountPaise: sumPaise })),
  discountPaise: sumPaise,
  totalPaise: sumPaise,
  /** null: no GST is charged. */
  tax: z
    .strictObject({
      /** Services Accounting Code. */
      sac: z.string(),
      percent: z.number(),
      taxablePaise: sumPaise,
      cgstPaise: sumPaise,
      sgstPaise: sumPaise,
    })
    .nullable(),
  paymentId: z.string(),
  method: z.string().nullable(),
  /** The number of the document that a credit note corrects, and why. */
  corrects: z.strictObject({ number: z.string(), because: z.string() }).nullable(),
})
export type DocumentFacts = z.infer<typeof documentFacts>

export const document = z
  .strictObject({
    id,
    kind: documentKind,
    number: z.string(),
    purchaseId: id,
    /** Of a credit note: the refund that it is for. */
    refundId: id.nullable(),
    totalPaise: sumPaise,
    issuedAt: instant,
  })
  .meta({ id: 'Document' })
export type Document = z.infer<typeof document>

export const documentRoutes = {
  mine: route({
    method: 'get',
    path: '/api/documents',
    access: 'signed-in',
    limit: 'sessions',
    summary: 'My receipts, invoices and credit notes, newest first, 200 at most',
    response: z.strictObject({ items: z.array(document) }),
  }),
  pdf: route({
    method: 'get',
    path: '/api/documents/:id/pdf',
    access: 'signed-in',
    limit: 'payments',
    summary: 'A document as PDF: for whom it was issued, the mentor who issued it, and admins',
    params: z.strictObject({ id }),
    produces: 'application/pdf',
    response: file,
  }),
}
