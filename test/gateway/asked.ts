import { gatewayApp } from '../../src/gateway/app.ts'
import type { GatewayPorts } from '../../src/gateway/ports.ts'

/** Asks a gateway of its own, without a socket. */
export async function asked(path: string, ports: Partial<GatewayPorts> = {}, init: RequestInit = {}) {
  const app = gatewayApp(
    {
      uptime: () => 61_000,
      checks: () => Promise.resolve({}),
      metrics: () => Promise.resolve([]),
      reload: () => Promise.resolve(),
      retry: () => Promise.resolve(false),
      tokens: () => [],
      ...ports,
    },
    ['claw.example'],
  )
  const headers = { host: '127.0.0.1:18790', ...(init.headers as Record<string, string> | undefined) }
  const answer = await app.request(`http://127.0.0.1:18790${path}`, { ...init, headers })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json') ?? false
  return { status: answer.status, text, ...(isJson && { json: JSON.parse(text) as unknown }) }
}
