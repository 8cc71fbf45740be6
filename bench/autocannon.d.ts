/** The part of autocannon 9 that is used here; the package brings no types. */
declare module 'autocannon' {
  export interface AutocannonRequest {
    method?: string
    path?: string
    headers?: Record<string, string>
    setupRequest?: (request: AutocannonRequest) => AutocannonRequest
  }
  export interface AutocannonResult {
    /** Milliseconds. */
    latency: { p50: number; p99: number; max: number }
    requests: { total: number; average: number }
    errors: number
    timeouts: number
    non2xx: number
  }
  export default function autocannon(options: {
    url: string
    connections: number
    /** Requests a second, all connections together. */
    overallRate: number
    /** Seconds. */
    duration: number
    requests: AutocannonRequest[]
  }): Promise<AutocannonResult>
}
