/** A reviver for JSON from outside: refuses the key that some code would take for an object's own ancestry. */
export function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new SyntaxError('the key __proto__ is not allowed')
  return value
}
