import express5 from 'express'
import express4 from 'express4'
import { requireBearer, serveMetadata } from 'mcp-gatehouse/express'
import { handleNotes } from './notes-server.ts'
import type { ServerFixture } from './server-fixture.ts'

function createFixture(express: typeof express5): ServerFixture {
  return async (gatehouse, path) => {
    const app = express()
    app.use(serveMetadata(gatehouse))
    app.all(path, requireBearer(gatehouse), express.json(), (req, res) => {
      void handleNotes(req, res, req.body)
    })
    return app
  }
}

export const onExpress5: ServerFixture = createFixture(express5)
export const onExpress4: ServerFixture = createFixture(express4)
