// A gateway whose process is killed at a step: the parent names the step and the passing, over the channel of the child process.
import { startGateway } from '../../src/app/gateway/gateway.ts'

export interface Arm {
  readonly step: string
  /** The passing, counted from now on. */
  readonly passing: number
}

const armed: { at?: Arm; left: number } = { left: 0 }

process.on('message', (arm: Arm) => {
  armed.at = arm
  armed.left = arm.passing
})
// A parent that is gone needs no gateway.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const gateway = await startGateway({
  write: (text) => process.stderr.write(text),
  debug: false,
  bold: true,
  host: '127.0.0.1',
  port: 0,
  async checkpoint(name) {
    if (armed.at?.step !== name) return
    armed.left -= 1
    if (armed.left > 0) return
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => undefined)
  },
})
process.once('SIGTERM', () => {
  gateway.stop().then(
    () => process.exit(0),
    () => process.exit(1),
  )
})
process.send?.('up')
