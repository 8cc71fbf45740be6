/** A form's life: its values, one error a field, one for the whole, and whether it is on its way. */
import { tick } from 'svelte'
import { detailErrors, issueErrors } from './field-errors.ts'
import type { FieldErrors, Schema } from './field-errors.ts'

const wholeError = (error: unknown): string =>
  error instanceof Error && error.message ? error.message : 'That did not work. Try again in a moment.'

/** What is needed of a form to show it: the whole's error, whether it is on its way, and how to send it. */
export type SentForm = Pick<Form<object, unknown>, 'error' | 'pending' | 'submit'>

class Form<Values extends object, Output> {
  /** Bind the controls to these. */
  values: Values
  #errors = $state.raw<FieldErrors>({})
  #error = $state<string>()
  /** The values that the errors are about. */
  #judged = $state.raw<Record<string, unknown>>({})
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
    const names = Object.keys(this.values) as (keyof Values & string)[] // its own keys
    return names.every((name) => this.#isAsJudged(name)) ? this.#error : undefined
  }

  get pending(): boolean {
    return this.#pending
  }

  /** For `<Field {...form.field('email')}>`. A field that was changed since is no longer accused. */
  field(name: keyof Values & string): { name: string; error: string | undefined } {
    return { name, error: this.#isAsJudged(name) ? this.#errors[name] : undefined }
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

  #isAsJudged(name: keyof Values & string): boolean {
    return JSON.stringify(this.values[name]) === JSON.stringify(this.#judged[name])
  }

  async #show(errors: FieldErrors, error: string | undefined, form: HTMLFormElement): Promise<void> {
    this.#judged = $state.snapshot(this.values) as Record<string, unknown> // a plain copy
    this.#errors = errors
    this.#error = error ?? errors['']
    await tick()
    const first = form.querySelector<HTMLElement>('[aria-invalid=true]')
    first?.focus({ preventScroll: true })
    // The whole field: its label above and the words below say what is wrong.
    const field = first?.closest('.field') ?? first
    field?.scrollIntoView({ block: 'nearest' })
  }
}

/** `createForm(schema, submit, initial)`: `submit` gets the parsed data; what it throws is shown at the fields its `details` name. */
export const createForm = <Values extends object, Output>(
  schema: Schema<Output>,
  submit: (data: Output) => unknown,
  initial: Values,
): Form<Values, Output> => new Form(schema, submit, initial)
