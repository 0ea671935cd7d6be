import type { Server } from 'node:http'
import { listen } from '../listen.ts'

/** What a server of the benchmark is told. */
export interface RoleOrder {
  /** URL of the MCP server behind it. */
  readonly upstream: string
  readonly issuer: string
}

/** What a server can be asked: its memory after a collection, or the time of the processor it has used. */
export type Question = 'bytes' | 'cpuMicroseconds'

const ANSWERS: Readonly<Record<Question, () => number>> = {
  bytes() {
    for (let round = 0; round < 3; round += 1) globalThis.gc?.()
    return process.memoryUsage().rss
  },
  cpuMicroseconds() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
}

/** A server in this process. */
export type Role = (order: RoleOrder) => Promise<Server | string>

/** Starts a role and answers the questions of the parent. */
export async function play(role: Role, order: RoleOrder): Promise<void> {
  const started = await role(order)
  const origin = typeof started === 'string' ? started : (await listen(started)).origin
  process.on('message', (question: Question) => process.send?.(ANSWERS[question]()))
  process.once('disconnect', () => process.exit())
  process.send?.(origin)
}
