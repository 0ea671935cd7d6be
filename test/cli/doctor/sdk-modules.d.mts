import type { RequestHandler } from 'express'

export declare class DemoInMemoryAuthProvider {
  verifyAccessToken(token: string): Promise<object>
}

interface BearerOptions {
  readonly verifier:
    | DemoInMemoryAuthProvider
    | { verifyAccessToken(token: string): Promise<object> }
  readonly resourceMetadataUrl: string
  readonly expectedResource?: URL
}
interface RouterOptions {
  readonly provider: DemoInMemoryAuthProvider
  readonly issuerUrl: URL
  readonly resourceServerUrl: URL
  readonly scopesSupported: readonly string[]
}

export declare function getOAuthProtectedResourceMetadataUrl(resource: URL): string
export declare function mcpAuthMetadataRouter(options: {
  readonly oauthMetadata: unknown
  readonly resourceServerUrl: URL
}): RequestHandler
export declare function requireBearerAuth(options: BearerOptions): RequestHandler
export declare function requireBearerAuthV1(options: BearerOptions): RequestHandler
export declare function mcpAuthRouter(options: RouterOptions): RequestHandler
export declare function mcpAuthRouterLegacy(options: RouterOptions): RequestHandler
