/** What a Field hands to the control inside it. */
export interface Control {
  id: string
  name: string | undefined
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}
