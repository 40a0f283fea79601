/** Host names, and addresses in words such as `telegram:123` or `ana@example.org`. */
const word = /[\p{L}\p{N}_@:./+-]+/gu

/**
 * Did somebody who wrote these texts name the destination: its host, or the whole of it? `example.org` names `https://example.org`; it
 * names neither `https://sub.example.org` nor another port of it.
 */
export function names(texts: readonly string[], destination: string): boolean {
  const wanted = hostOf(destination) ?? destination.toLowerCase()
  if (wanted === '') return false
  return texts.some((text) =>
    [...text.matchAll(word)].some(([found]) => {
      const said = found.replace(/[.:,/]+$/, '').toLowerCase()
      return said === wanted || (wanted.includes('.') && hostOf(found) === wanted)
    }),
  )
}

/** The host of an address, with its port where it is not the usual one; undefined for what is not an address. */
function hostOf(text: string): string | undefined {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : /^[^/:@]+\.[^/:@]+(?:[/:]|$)/.test(text)
      ? `https://${text}`
      : undefined
  return address === undefined ? undefined : URL.parse(address)?.host.replace(/\.(?=:|$)/, '')
}
