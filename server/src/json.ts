/** JSON from outside. */

/** A reviver that refuses the key that some code would take for an object's own ancestry. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('the key __proto__ is not allowed')
  return value
}

const strings = /"(?:[^"\\]|\\.)*"/g

/** As many as were written, whatever became of them: each has a colon of its own. */
const membersWritten = (text: string): number => text.replace(strings, '').split(':').length - 1

/**
 * Parses it, and refuses `__proto__` and a key that an object has twice: of which one counts, not all programs agree.
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
  let kept = -1 // the whole is called one, too
  const parsed: unknown = JSON.parse(text, function (this: unknown, key, value: unknown) {
    if (!Array.isArray(this)) kept++
    return refuseProto(key, value)
  })
  if (kept !== membersWritten(text)) throw new SyntaxError('a key is there twice')
  return parsed
}
