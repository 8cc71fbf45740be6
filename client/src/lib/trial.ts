/** Is this a trial, where mails stay on the server? The server says so in the page it sends; Vite's own pages are always one. */
export const inTrial = (): boolean =>
  import.meta.env.DEV || document.documentElement.dataset.trial !== undefined
