import type { Variables } from '../config/environment.ts'
import type { ProxyEnvironment } from '../kit/environment-proxy.ts'

/** The proxies that an environment names. */
export function proxiesOf(vars: Variables): ProxyEnvironment {
  return {
    http: vars['http_proxy'] ?? vars['HTTP_PROXY'],
    https: vars['https_proxy'] ?? vars['HTTPS_PROXY'],
    none: vars['no_proxy'] ?? vars['NO_PROXY'],
  }
}
