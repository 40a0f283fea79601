import { randomBytes } from 'node:crypto'
import type { WebhookHandler, Webhooks } from '../../gateway/webhooks.ts'
import type { House } from '../house.ts'

/** Where a platform can call a channel: an address that only the platform is told. Absent without `gateway.public_url`. */
export function webhookPlace(
  name: string,
  house: House,
  webhooks: Webhooks,
): { readonly url: string; mount(handle: WebhookHandler): Disposable } | undefined {
  const { public_url: base, path_prefix: prefix } = house.current.loaded.config.gateway
  if (!base || !URL.canParse(base)) return undefined
  const secret = randomBytes(18).toString('base64url')
  house.redactor.add(secret)
  const path = `/webhook/${encodeURIComponent(name)}/${secret}`
  return { url: new URL(`${prefix}${path}`, base).href, mount: (handle) => webhooks.mount(path, handle) }
}
