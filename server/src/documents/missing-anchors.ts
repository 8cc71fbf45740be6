/**
 * OpenType lets a font leave anchors out: a mark over such a letter stays where it is. fontkit 2.0.4 falls over them
 * (foliojs/fontkit#367), which is every second name in Malayalam.
 */
import PDFDocument from 'pdfkit'
import { z } from 'zod'

interface Processor {
  applyAnchor: (this: unknown, mark: { markAnchor: unknown }, base: unknown, baseAt: number) => void
}

const isProcessor = (value: unknown): value is Processor =>
  typeof value === 'object' && value !== null && 'applyAnchor' in value

/** Where fontkit keeps what places marks; a newer one that keeps it elsewhere fails here, at the start, and not in a receipt. */
const opened = z.object({
  _font: z.object({
    font: z.object({
      _layoutEngine: z.object({ engine: z.object({ GPOSProcessor: z.custom<Processor>(isProcessor) }) }),
    }),
  }),
})

/** Mends it for every font of this process; `font` is any that places marks. */
export function allowMissingAnchors(font: Buffer): void {
  const page = new PDFDocument().font(font)
  const { GPOSProcessor } = opened.parse(page)._font.font._layoutEngine.engine
  const shared = Object.getPrototypeOf(GPOSProcessor) as Processor // a class's methods stand there
  const { applyAnchor } = shared
  shared.applyAnchor = function (mark, base, baseAt) {
    if (base && mark.markAnchor) applyAnchor.call(this, mark, base, baseAt)
  }
}
