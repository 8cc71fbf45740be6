/** GST that a price contains. */
import type { DocumentFacts } from '@peerlearn/contract/documents'

/** Commercial training and coaching. @see https://cbic-gst.gov.in, SAC 999293 */
const sac = '999293'
const percent = 18

/**
 * The tax within a total. The learner has told no address, so the place of supply is the supplier's state: half CGST,
 * half SGST, an odd paisa with the SGST.
 */
export function taxWithin(totalPaise: number): NonNullable<DocumentFacts['tax']> {
  const taxablePaise = Math.round((totalPaise * 100) / (100 + percent))
  const cgstPaise = Math.floor((totalPaise - taxablePaise) / 2)
  return { sac, percent, taxablePaise, cgstPaise, sgstPaise: totalPaise - taxablePaise - cgstPaise }
}
