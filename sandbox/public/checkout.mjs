/**
 * window.Razorpay as Razorpay's own checkout script defines it, as far as the product uses it: open(), on(), close(),
 * `handler`, `modal.ondismiss`. Loaded as a classic script; the payment happens in a frame of the sandbox.
 */
;(() => {
  const base = document.currentScript.src.replace(/\/v1\/checkout\.js.*$/, '')
  const origin = new URL(base).origin

  class Razorpay {
    #options
    #listeners = new Map()
    #dialog = null

    constructor(options) {
      this.#options = options
    }

    on(event, run) {
      this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), run])
    }

    open() {
      if (this.#dialog) return
      addStyle()
      const frame = document.createElement('iframe')
      frame.title = 'Sandbox checkout'
      frame.src = this.#address()
      const dialog = document.createElement('dialog')
      dialog.className = 'sandbox-checkout'
      dialog.setAttribute('aria-label', 'Sandbox checkout')
      dialog.append(frame)
      dialog.addEventListener('cancel', (event) => {
        event.preventDefault()
        this.#dismiss()
      })
      const hear = (event) => {
        if (event.origin === origin && event.source === frame.contentWindow) this.#hear(event.data)
      }
      window.addEventListener('message', hear)
      dialog.addEventListener('close', () => {
        window.removeEventListener('message', hear)
        dialog.remove()
        this.#dialog = null
      })
      document.body.append(dialog)
      this.#dialog = dialog
      dialog.showModal()
    }

    close() {
      this.#dialog?.close()
    }

    #address() {
      const { order_id, name = '', description = '' } = this.#options
      return `${base}/checkout/${encodeURIComponent(order_id)}?${new URLSearchParams({ name, description })}`
    }

    #dismiss() {
      this.close()
      this.#options.modal?.ondismiss?.()
    }

    #hear({ kind, data }) {
      if (kind === 'cancelled') this.#dismiss()
      if (kind === 'failed')
        for (const run of this.#listeners.get('payment.failed') ?? []) run({ error: data })
      if (kind === 'paid') {
        this.close()
        this.#options.handler?.(data)
      }
    }
  }

  function addStyle() {
    const href = `${base}/v1/checkout.css`
    if (document.querySelector(`link[href="${href}"]`)) return
    const link = document.createElement('link')
    link.rel = 'stylesheet'
    link.href = href
    document.head.append(link)
  }

  window.Razorpay = Razorpay
})()
