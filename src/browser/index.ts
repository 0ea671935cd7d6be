export { allowEveryOrigin } from './allow-every-origin.ts'
export {
  type Explanation,
  FAILED_SIGN_INS,
  SIGN_IN_OBSTACLES,
  START_AGAIN,
} from './explanations.ts'
export { createFormTokens, type FormTokens } from './form-tokens.ts'
export {
  CREDENTIAL_HEADERS,
  PRIVATE_HEADERS,
  RETRY_AFTER_SECONDS,
  sendOAuthError,
  sendPage,
  sendRedirect,
  setHeaders,
} from './send.ts'
