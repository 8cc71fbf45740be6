/** The router takes every click on a link of ours; these belong to the browser, or are answered already. */
export function keepBrowserClicks(): void {
  document.addEventListener('click', (event) => {
    const opensElsewhere =
      event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0
    if ((opensElsewhere || event.defaultPrevented) && (event.target as Element).closest('a')) {
      event.stopPropagation() // the router listens one step further, on the window
    }
  })
}
