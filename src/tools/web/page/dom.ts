/** As much of a document as we use. */
export interface Element {
  readonly nodeName: string
  readonly textContent: string | null
  readonly parentNode: Element | null
  readonly childNodes: Iterable<Element>
  innerHTML: string
  getAttribute(name: string): string | null
  setAttribute(name: string, value: string): void
  removeAttribute(name: string): void
  remove(): void
  querySelectorAll(selector: string): Iterable<Element>
  querySelector(selector: string): Element | null
}
export interface Page {
  readonly body: Element
  querySelector(selector: string): Element | null
  querySelectorAll(selector: string): Iterable<Element>
}
