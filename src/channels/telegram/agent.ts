import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as tlsConnect } from 'node:tls'
import { callbackify } from 'node:util'
import { Problem } from '../../core/problem.ts'
import { environmentProxy, type ProxyEnvironment } from '../../kit/environment-proxy.ts'
import { checkedProxy, isSocks } from '../../kit/proxy-url.ts'

/** A connection that nobody uses is closed after this. One in use may be silent for longer. */
const idleMs = 30_000

/** Connections to a Bot API server, through a proxy where one is configured. A Problem when the proxy is none that we can speak to. */
export function connections(root: URL, proxy: string, environment: ProxyEnvironment, at: string): HttpAgent {
  const chosen = proxy === '' ? (environmentProxy(root, environment) ?? '') : proxy
  const through =
    chosen === '' ? undefined : checkedProxy(chosen, { at, mend: 'Write it like "http://127.0.0.1:7890".' })
  const socks = through && isSocks(through) ? through : undefined
  // With a time-out Node also keeps to the one that the server tells: a connection that the server is about to close is not used again.
  const options = {
    keepAlive: true,
    timeout: idleMs,
    ...(through && !socks && { proxyEnv: asEnvironment(through.href, at) }),
  }
  const agent = root.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
  if (socks) connectThrough(socks, agent, root)
  return agent
}

/** Every connection of the agent is made by the SOCKS proxy. */
function connectThrough(proxy: URL, agent: HttpAgent, { protocol, hostname: host, port }: URL): void {
  const secure = protocol === 'https:'
  const connection = async (): Promise<Duplex> => {
    const { throughSocks } = await import('../../kit/socks.ts')
    const socket = await throughSocks(proxy, { host, port: Number(port || (secure ? 443 : 80)) })
    return secure ? tlsConnect({ socket, host, servername: isIP(host) ? '' : host }) : socket
  }
  agent.createConnection = (_, done) => {
    if (done) callbackify(connection)(done)
    return undefined
  }
}

function asEnvironment(text: string, at: string): NodeJS.ProcessEnv {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major === 24 && minor < 5)
    throw new Problem('Telegram through a proxy needs Node 24.5 or later.', { at, mend: 'Update Node.' })
  return { HTTP_PROXY: text, HTTPS_PROXY: text }
}
