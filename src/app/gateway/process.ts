/** True while a process with this id runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** True when a gateway at this address says that it is this process. */
export async function isGateway(url: string, pid: number): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(2_000) })
    const said = (await answer.json()) as { readonly pid?: number }
    return said.pid === pid
  } catch {
    return false
  }
}
