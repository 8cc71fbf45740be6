/** A form's life: its values, one error a field, one for the whole, and whether it is on its way. */
import { tick } from 'svelte'
import { detailErrors, issueErrors } from './field-errors.ts'
import type { FieldErrors, Schema } from './field-errors.ts'

const wholeError = (error: unknown): string =>
  error instanceof Error && error.message ? error.message : 'That did not work. Try again in a moment.'

class Form<Values extends object, Output> {
  /** Bind the controls to these. */
  values: Values
  #errors = $state.raw<FieldErrors>({})
  #error = $state<string>()
  #pending = $state(false)
  #schema: Schema<Output>
  #send: (data: Output) => unknown

  constructor(schema: Schema<Output>, send: (data: Output) => unknown, initial: Values) {
    const values = $state(initial)
    this.values = values
    this.#schema = schema
    this.#send = send
  }

  /** What concerns no single field, in words; for a Notice above the button. */
  get error(): string | undefined {
    return this.#error
  }

  get pending(): boolean {
    return this.#pending
  }

  /** For `<Field {...form.field('email')}>`. */
  field(name: keyof Values & string): { name: string; error: string | undefined } {
    return { name, error: this.#errors[name] }
  }

  /** For `<form novalidate onsubmit={form.submit}>`. A second press while it is on its way does nothing. */
  submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault()
    if (this.#pending) return
    const form = event.currentTarget as HTMLFormElement // it is bound to a form's submit
    const parsed = this.#schema.safeParse($state.snapshot(this.values))
    await this.#show(parsed.success ? {} : issueErrors(parsed.error.issues), undefined, form)
    if (!parsed.success) return
    this.#pending = true
    try {
      await this.#send(parsed.data)
    } catch (error) {
      const errors = detailErrors(error)
      // Beside the fields the refusal's own sentence would only say it twice.
      const known = Object.keys(errors).some((name) => name in this.values)
      await this.#show(errors, known ? undefined : wholeError(error), form)
    } finally {
      this.#pending = false
    }
  }

  async #show(errors: FieldErrors, error: string | undefined, form: HTMLFormElement): Promise<void> {
    this.#errors = errors
    this.#error = error ?? errors['']
    await tick()
    form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
  }
}

/** `createForm(schema, submit, initial)`: `submit` gets the parsed data; what it throws is shown at the fields its `details` name. */
export const createForm = <Values extends object, Output>(
  schema: Schema<Output>,
  submit: (data: Output) => unknown,
  initial: Values,
): Form<Values, Output> => new Form(schema, submit, initial)
