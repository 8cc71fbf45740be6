/**
 * Where tiles go: pure numbers in CSS pixels. Boxes keep between 4:3 and 16:9, so that a face is never cut below 4:3,
 * and one flat list of rectangles means that a change of layout moves pictures and never reloads them.
 */
export interface Size {
  width: number
  height: number
}
export interface Rect extends Size {
  left: number
  top: number
}
export interface Arrangement {
  /** One a tile, in the order of the tiles; null for a tile that is on another page. */
  rects: (Rect | null)[]
  pages: number
  /** The page that is shown: the asked one, or the last one there is. */
  page: number
}

const narrowest = 4 / 3
const widest = 16 / 9
const gap = 8
/** Below this width a phone is held upright. */
const phoneWidth = 600
const mostOnPhone = 6
const mostOnDesktop = 25

/** Tiles on one page of the grid. */
export const gridCapacity = ({ width }: Size): number => (width < phoneWidth ? mostOnPhone : mostOnDesktop)

/** The largest box with a shape between 4:3 and 16:9 inside this cell. */
function boxIn({ width, height }: Size): Size {
  const shape = width / height
  if (shape > widest) return { width: height * widest, height }
  if (shape < narrowest) return { width, height: width / narrowest }
  return { width, height }
}

const cellOf = ({ width, height }: Size, columns: number, rows: number): Size => ({
  width: (width - gap * (columns - 1)) / columns,
  height: (height - gap * (rows - 1)) / rows,
})

/** The number of columns that makes the tiles of a grid largest. */
function bestColumns(area: Size, count: number): number {
  let best = { columns: 1, surface: 0 }
  for (let columns = 1; columns <= count; columns++) {
    const box = boxIn(cellOf(area, columns, Math.ceil(count / columns)))
    const surface = box.width * box.height
    // A row that would stay empty is no better; a tie goes to fewer columns, and larger rows.
    if (surface > best.surface + 1) best = { columns, surface }
  }
  return best.columns
}

/** All of `count` tiles as a centred grid; an incomplete last row is centred too. */
export function grid(area: Size, count: number): Rect[] {
  if (count === 0 || area.width <= 0 || area.height <= 0) return []
  const columns = bestColumns(area, count)
  const rows = Math.ceil(count / columns)
  const box = boxIn(cellOf(area, columns, rows))
  const top = (area.height - rows * box.height - (rows - 1) * gap) / 2
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns)
    const inRow = row === rows - 1 ? count - row * columns : columns
    const left = (area.width - inRow * box.width - (inRow - 1) * gap) / 2
    return {
      left: Math.round(left + (index - row * columns) * (box.width + gap)),
      top: Math.round(top + row * (box.height + gap)),
      width: Math.floor(box.width),
      height: Math.floor(box.height),
    }
  })
}

const pageOf = (wanted: number, count: number, capacity: number) => {
  const pages = Math.max(1, Math.ceil(count / Math.max(1, capacity)))
  return { pages, page: Math.min(Math.max(0, wanted), pages - 1) }
}

const placed = (count: number, first: number, rects: Rect[]): (Rect | null)[] =>
  Array.from({ length: count }, (_, index) => rects[index - first] ?? null)

/** Everybody alike, in pages when there are more than fit. */
export function arrangeGrid(area: Size, count: number, wantedPage = 0): Arrangement {
  const capacity = gridCapacity(area)
  const { pages, page } = pageOf(wantedPage, count, capacity)
  const first = page * capacity
  return { pages, page, rects: placed(count, first, grid(area, Math.min(capacity, count - first))) }
}

const stripShare = 0.2
const stripTile = { smallest: 104, largest: 240 }
/** Faces that a strip shows at least, however narrow the phone. */
const fewest = 3
const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value))

/**
 * One tile large (index `stage`), the others in a strip: beside it where the window is wide, below it where it is not.
 * What does not fit in the strip is on its next page.
 */
export function arrangeStage(area: Size, count: number, stage: number, wantedPage = 0): Arrangement {
  const others = count - 1
  if (others < 1) return { rects: [{ left: 0, top: 0, ...area }], pages: 1, page: 0 }
  const beside = area.width > area.height * 1.2
  const along = beside ? area.height : area.width
  const thick = beside
    ? clamp(area.width * stripShare, stripTile.smallest, stripTile.largest)
    : Math.min(clamp(area.height * stripShare, 72, 140), (along - gap * (fewest - 1)) / fewest / narrowest)
  const tile = beside ? { width: thick, height: thick / widest } : { width: thick * narrowest, height: thick }
  const step = (beside ? tile.height : tile.width) + gap
  const capacity = Math.max(1, Math.floor((along + gap) / step))
  const { pages, page } = pageOf(wantedPage, others, capacity)
  const first = page * capacity
  const shown = Math.min(capacity, others - first)
  const start = (along - shown * step + gap) / 2
  const large: Rect = beside
    ? { left: 0, top: 0, width: area.width - thick - gap, height: area.height }
    : { left: 0, top: 0, width: area.width, height: area.height - thick - gap }
  const strip = placed(
    others,
    first,
    Array.from({ length: shown }, (_, index) => ({
      left: Math.round(beside ? large.width + gap : start + index * step),
      top: Math.round(beside ? start + index * step : large.height + gap),
      width: Math.floor(tile.width),
      height: Math.floor(tile.height),
    })),
  )
  return { pages, page, rects: [...strip.slice(0, stage), large, ...strip.slice(stage)] }
}

/**
 * How a picture sits in its box: filling it where at least a 4:3 part of it stays seen, else whole with bars (a phone
 * held upright). A screen is always whole.
 */
export function fit(picture: Size, box: Size, whole: boolean): 'cover' | 'contain' {
  if (whole || !picture.width || !picture.height || !box.height) return 'contain'
  const shape = picture.width / picture.height
  const seen = Math.min(shape, box.width / box.height)
  return shape >= narrowest - 0.01 && seen >= narrowest - 0.01 ? 'cover' : 'contain'
}
