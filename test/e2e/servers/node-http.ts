import { protect } from 'mcp-gatehouse/node'
import { handleNotes } from './notes-server.ts'
import type { ServerFixture } from './server-fixture.ts'

export const onNodeHttp: ServerFixture = async (gatehouse) => protect(gatehouse, handleNotes)
