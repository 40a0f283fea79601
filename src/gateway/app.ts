import { Hono, type MiddlewareHandler } from 'hono'
import { Problem } from '../core/problem.ts'
import { bearer, namesUs, originIsOurs, shows } from './guard.ts'
import { metricsText } from './metrics.ts'
import type { GatewayPorts } from './ports.ts'

/** The routes of the gateway. `hosts` are more names that we are known by. */
export function gatewayApp(ports: GatewayPorts, hosts: readonly string[]): Hono {
  const app = new Hono()
  app.use(async (context, next) => {
    if (!namesUs(context.req.header('host'), hosts) || !originIsOurs(context.req.header('origin'), hosts))
      return context.json({ error: 'This address is not known here. Use localhost, or set gateway.public_url.' }, 403)
    await next()
    return undefined
  })
  app.get('/health', (context) =>
    context.json({ status: 'ok', uptime: `${Math.round(ports.uptime() / 1_000)}s`, pid: process.pid }),
  )
  app.get('/ready', async (context) => {
    const checks = await ports.checks()
    const ready = Object.values(checks).every(({ ok }) => ok)
    return context.json({ status: ready ? 'ready' : 'not ready', checks }, ready ? 200 : 503)
  })
  app.get('/metrics', async (context) =>
    context.text(metricsText(await ports.metrics()), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    }),
  )
  const forOwner: MiddlewareHandler = async (context, next) => {
    if (!shows(bearer(context.req.header('authorization')), ports.tokens()))
      return context.json({ error: 'Show the token of this gateway as bearer.' }, 401)
    await next()
    return undefined
  }
  app.post('/reload', forOwner, async (context) => {
    try {
      await ports.reload()
      return context.json({ status: 'reload triggered' })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      return context.json({ error: error.message, at: error.detail.at, mend: error.detail.mend }, 500)
    }
  })
  app.all('/reload', (context) => context.json({ error: 'method not allowed, use POST' }, 405, { allow: 'POST' }))
  app.post('/aside/:id/retry', forOwner, async (context) => {
    if (await ports.retry(context.req.param('id'))) return context.json({ status: 'taken up again' })
    return context.json({ error: 'No message with this id is set aside.' }, 404)
  })
  app.notFound((context) => context.json({ error: `There is nothing at ${context.req.path}.` }, 404))
  app.onError((error, context) => {
    context.header('cache-control', 'no-store')
    return context.json({ error: `Something in picoclaw itself went wrong: ${error.name}` }, 500)
  })
  return app
}
