import type { Server } from 'node:http'
import { listen } from '../listen.ts'

/** What a server of the benchmark is told. */
export interface RoleOrder {
  /** URL of the MCP server behind it. */
  readonly upstream: string
  readonly issuer: string
}

/** What a server has used: memory in bytes after a collection, and time of its processor. */
export interface UsageReport {
  readonly rss: number
  readonly cpuMicroseconds: number
}

/** A server in this process. */
export type Role = (order: RoleOrder) => Promise<Server | string>

/** Starts a role and answers the questions of the parent. */
export async function play(role: Role, order: RoleOrder): Promise<void> {
  const started = await role(order)
  const origin = typeof started === 'string' ? started : (await listen(started)).origin
  process.on('message', () => {
    for (let round = 0; round < 3; round += 1) globalThis.gc?.()
    const { user, system } = process.cpuUsage()
    const { rss } = process.memoryUsage()
    const report: UsageReport = { rss, cpuMicroseconds: user + system }
    process.send?.(report)
  })
  process.once('disconnect', () => process.exit())
  process.send?.(origin)
}
