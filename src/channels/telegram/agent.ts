import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { Problem } from '../../core/problem.ts'
import { environmentProxy, type ProxyEnvironment } from '../../kit/environment-proxy.ts'

/** A connection that nobody uses is closed after this. One in use may be silent for longer. */
const idleMs = 30_000

/** Connections to a Bot API server, through a proxy where one is configured. A Problem when the proxy is none that we can speak to. */
export function connections(root: URL, proxy: string, environment: ProxyEnvironment, at: string): HttpAgent {
  const chosen = proxy === '' ? (environmentProxy(root, environment) ?? '') : proxy
  // With a time-out Node also keeps to the one that the server tells: a connection that the server is about to close is not used again.
  const options = { keepAlive: true, timeout: idleMs, ...(chosen !== '' && { proxyEnv: asEnvironment(chosen, at) }) }
  return root.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
}

function asEnvironment(proxy: string, at: string): NodeJS.ProcessEnv {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new Problem('A proxy must be an http:// or https:// URL.', {
      at,
      mend: 'Write it like "http://127.0.0.1:7890".',
    })
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major === 24 && minor < 5)
    throw new Problem('Telegram through a proxy needs Node 24.5 or later.', { at, mend: 'Update Node.' })
  return { HTTP_PROXY: text, HTTPS_PROXY: text }
}
