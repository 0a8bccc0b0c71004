import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vitest/config'

// Fluent's styles are made at run time, so styles may stand in the page; scripts may not.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

// The policy is put in at build time only: the development server needs inline scripts.
const contentPolicy: Plugin = {
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml: () => [
    { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: policy }, injectTo: 'head-prepend' },
  ],
}

export default defineConfig({
  plugins: [react(), contentPolicy],
  build: { target: 'es2022', chunkSizeWarningLimit: 1500 },
  // Most tests need no page; those that do ask for jsdom in their first line, since it takes two seconds each time.
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['tests/setup.ts'] },
})
