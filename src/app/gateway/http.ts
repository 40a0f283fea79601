import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../../config/schema/config.ts'
import { Problem } from '../../core/problem.ts'
import { isLoopback } from '../../gateway/guard.ts'
import type { GatewayPorts } from '../../gateway/ports.ts'
import { type Listening, serveApp } from '../../gateway/serve.ts'
import { writeAtomic } from '../../kit/atomic-file.ts'
import type { House } from '../house.ts'

type Settings = Config['gateway']

/** The HTTP server of a gateway, on or off. */
export interface GatewayHttp {
  readonly listening: Listening | undefined
  /** Why it is off, or not where it was wanted. */
  readonly why: string | undefined
  close(): Promise<void>
}

export interface HttpPlace {
  readonly host: string
  readonly port: number
}

/**
 * Listens where the configuration says. Without a key only this machine may ask: then it listens on loopback whatever was wanted. What goes
 * wrong is told; the gateway goes on without HTTP.
 */
export async function openHttp(
  house: House,
  wanted: HttpPlace,
  ports: Omit<GatewayPorts, 'tokens'>,
): Promise<GatewayHttp> {
  const { gateway } = house.current.loaded.config
  const token = randomBytes(24).toString('base64url')
  house.redactor.add(token)
  const tokens = () => [token, house.current.loaded.config.gateway.static_token ?? ''].filter(Boolean)
  const open = isLoopback(wanted.host) || hasKey(gateway)
  const file = tokenFile(house.environment.home)
  try {
    const app = async () =>
      (await import('../../gateway/app.ts')).gatewayApp({ ...ports, tokens }, knownHosts(gateway, wanted))
    const listening = await serveApp(app, open ? wanted.host : '127.0.0.1', wanted.port)
    await writeAtomic(file, `${token}\n`)
    return {
      listening,
      why: open
        ? undefined
        : `gateway.host is ${wanted.host}, but without gateway.static_token only this machine may ask`,
      async close() {
        await listening.close()
        await rm(file, { force: true })
      },
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    const why = [error.message, error.detail.mend].filter(Boolean).join(' ')
    house.log.error(`HTTP is off: ${why}`)
    return { listening: undefined, why, async close() {} }
  }
}

/** Where other processes of this home find what they show to the gateway. */
export const tokenFile = (home: string): string => join(home, 'gateway.token')

const hasKey = ({ static_token: token, keys }: Settings) => Boolean(token) || Object.keys(keys).length > 0

/** Names that a Host header may have beside those of this machine. */
function knownHosts({ public_url: url, host }: Settings, wanted: HttpPlace): readonly string[] {
  const published = url && URL.canParse(url) ? new URL(url).hostname : ''
  return [host, wanted.host, published].filter((name) => name !== '' && name !== '0.0.0.0' && name !== '::')
}
