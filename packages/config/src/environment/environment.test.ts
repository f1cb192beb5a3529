import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '@switchyard/canonical';
import { configVariables, ENVIRONMENT_NAMES, loadEnvironment } from './environment.js';

const exampleFile = join(import.meta.dirname, '../../../../.env.example');
const exampleVariables = Object.fromEntries(
  readFileSync(exampleFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

function refusal(variables: Record<string, string>): GatewayError {
  try {
    loadEnvironment(variables);
  } catch (thrown) {
    if (thrown instanceof GatewayError) return thrown;
  }
  throw new Error('the environment was accepted');
}

describe('loadEnvironment', () => {
  it('gives every default when nothing is set', () => {
    expect(loadEnvironment({})).toEqual({
      dataDir: '.switchyard',
      host: '127.0.0.1',
      gatewayPort: 8317,
      wirePort: 8318,
      adminPort: 8319,
      metricsPort: 9464,
      processes: 1,
      workers: [{ host: '127.0.0.1', port: 8318 }],
      logLevel: 'info',
      redisWaitMs: 40,
      drainSeconds: 30,
      sockets: { perKey: 64, inTotal: 4096 },
      trustedProxies: [],
      otel: {},
    });
  });

  it('reads every name', () => {
    expect(
      loadEnvironment({
        REDIS_URL: 'redis://cache:6379/2',
        SWITCHYARD_REDIS_WAIT_MS: '250',
        DATABASE_URL: 'postgresql://u:p@db/switchyard',
        SWITCHYARD_CONFIG: '/etc/switchyard/config.yaml',
        SWITCHYARD_DATA_DIR: '/var/lib/switchyard',
        SWITCHYARD_HOST: '0.0.0.0',
        SWITCHYARD_GATEWAY_PORT: '1',
        SWITCHYARD_WIRE_PORT: '2',
        SWITCHYARD_ADMIN_PORT: '3',
        SWITCHYARD_METRICS_PORT: '0',
        SWITCHYARD_PROCESSES: 'auto',
        SWITCHYARD_WORKERS: 'worker-1:9000, workers.svc.cluster.local [::1]:9001',
        SWITCHYARD_ADMIN_URL: 'http://admin:8319',
        SWITCHYARD_WIRE_TOKEN: 'wire',
        SWITCHYARD_MASTER_KEY: 'a:b',
        SWITCHYARD_KEY_PEPPER: 'pepper',
        SWITCHYARD_OWNER_TOKEN: 'owner',
        SWITCHYARD_TRUSTED_PROXIES: '10.0.0.0/8, 192.0.2.7',
        SWITCHYARD_LOG_LEVEL: 'debug',
        SWITCHYARD_DRAIN_SECONDS: '5',
        SWITCHYARD_SOCKETS_PER_KEY: '3',
        SWITCHYARD_SOCKETS: '7',
        SWITCHYARD_TEST_LONG: '1',
        SWITCHYARD_CACHE_DIR: '/tmp',
        OTEL_SERVICE_NAME: 'edge',
        OTEL_EXPORTER_OTLP_ENDPOINT: '',
        PATH: '/usr/bin',
      }),
    ).toEqual({
      redisUrl: 'redis://cache:6379/2',
      databaseUrl: 'postgresql://u:p@db/switchyard',
      configPath: '/etc/switchyard/config.yaml',
      dataDir: '/var/lib/switchyard',
      host: '0.0.0.0',
      gatewayPort: 1,
      wirePort: 2,
      adminPort: 3,
      metricsPort: 0,
      processes: 'auto',
      workers: [
        { host: 'worker-1', port: 9000 },
        { host: 'workers.svc.cluster.local', port: 2 },
        { host: '::1', port: 9001 },
      ],
      adminUrl: 'http://admin:8319',
      wireToken: 'wire',
      masterKey: 'a:b',
      keyPepper: 'pepper',
      ownerToken: 'owner',
      logLevel: 'debug',
      redisWaitMs: 250,
      drainSeconds: 5,
      sockets: { perKey: 3, inTotal: 7 },
      trustedProxies: ['10.0.0.0/8', '192.0.2.7'],
      otel: { OTEL_SERVICE_NAME: 'edge' },
    });
  });

  it('takes off for the port of the metrics', () => {
    expect(loadEnvironment({ SWITCHYARD_METRICS_PORT: 'off' }).metricsPort).toBe('off');
  });

  it('takes a range of ports for the processes of a worker', () => {
    expect(loadEnvironment({ SWITCHYARD_WORKERS: 'a:9000-9002,[::1]:7-7' }).workers).toEqual([
      { host: 'a', port: 9000 },
      { host: 'a', port: 9001 },
      { host: 'a', port: 9002 },
      { host: '::1', port: 7 },
    ]);
    expect(refusal({ SWITCHYARD_WORKERS: 'a:9002-9000' }).message).toContain('SWITCHYARD_WORKERS: must be');
    expect(refusal({ SWITCHYARD_WORKERS: 'a:1-60000' }).message).toContain('SWITCHYARD_WORKERS: must be');
  });

  it('takes a number of processes, or auto', () => {
    expect(loadEnvironment({ SWITCHYARD_PROCESSES: '4' }).processes).toBe(4);
    for (const wrong of ['0', '257', 'all']) {
      expect(refusal({ SWITCHYARD_PROCESSES: wrong }).message).toContain(
        'SWITCHYARD_PROCESSES: must be a whole number from 1 to 256',
      );
    }
  });

  it('refuses an unknown SWITCHYARD_ name and names the nearest one', () => {
    const error = refusal({ SWITCHYARD_GATEWAY_PROT: '80' });
    expect(error.code).toBe('invalid_configuration');
    expect(error.message).toContain('SWITCHYARD_GATEWAY_PROT: unknown name; did you mean SWITCHYARD_GATEWAY_PORT?');
    expect(refusal({ SWITCHYARD_X: '1' }).message).toContain('SWITCHYARD_X: unknown name; see .env.example');
  });

  it('names every variable at fault at once, and never its value', () => {
    const { message } = refusal({
      REDIS_URL: 'http://user:hunter2@cache',
      SWITCHYARD_WIRE_PORT: '65536',
      SWITCHYARD_METRICS_PORT: 'on',
      SWITCHYARD_LOG_LEVEL: 'loud',
      SWITCHYARD_WORKERS: 'worker:0',
    });
    expect(message.split('\n  ').slice(1)).toEqual([
      'REDIS_URL: must be a URL that begins with redis:// or rediss://, or name a cluster: redis+cluster://host:port,host:port',
      'SWITCHYARD_WIRE_PORT: must be a whole number from 0 to 65535',
      'SWITCHYARD_METRICS_PORT: must be a whole number from 0 to 65535, or off',
      'SWITCHYARD_WORKERS: must be a list like worker-1:8318,worker-2:8318, or a DNS name',
      'SWITCHYARD_LOG_LEVEL: must be one of fatal, error, warn, info, debug, trace, silent',
    ]);
    expect(message).not.toContain('hunter2');
  });
});

describe('.env.example', () => {
  it('lists every name a service reads, and no other', () => {
    const listed = Object.keys(exampleVariables).filter((name) => !name.startsWith('OTEL_'));
    expect(listed).toEqual(ENVIRONMENT_NAMES);
  });

  it('gives every name its default', () => {
    expect(loadEnvironment(exampleVariables)).toEqual(loadEnvironment({}));
  });
});

describe('configVariables', () => {
  it('is a copy of this process’s variables', () => {
    expect(configVariables()).toEqual({ ...process.env });
    expect(configVariables()).not.toBe(process.env);
  });
});
