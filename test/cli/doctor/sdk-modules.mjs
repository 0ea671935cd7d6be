// Both SDKs declare `auth` of Express' requests, each with its own type: TypeScript sees the file beside.
export {
  getOAuthProtectedResourceMetadataUrl,
  mcpAuthMetadataRouter,
  requireBearerAuth,
} from '@modelcontextprotocol/express'
export { DemoInMemoryAuthProvider } from '@modelcontextprotocol/sdk/examples/server/demoInMemoryOAuthProvider.js'
export { requireBearerAuth as requireBearerAuthV1 } from '@modelcontextprotocol/sdk/server/auth/middleware/bearerAuth.js'
export { mcpAuthRouter } from '@modelcontextprotocol/sdk/server/auth/router.js'
export { mcpAuthRouter as mcpAuthRouterLegacy } from '@modelcontextprotocol/server-legacy/auth'
