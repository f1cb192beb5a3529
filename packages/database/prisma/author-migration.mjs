// Writes the migration that takes prisma/migrations to prisma/schema.prisma, or checks that none is needed.
//
//   DATABASE_URL=postgresql://… node prisma/author-migration.mjs NAME
//   DATABASE_URL=postgresql://… node prisma/author-migration.mjs --check
//
// The server is only used for a shadow database, created and dropped here; the database of the URL is not touched.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { PrismaPg } from '@prisma/adapter-pg';
import { SchemaEngine } from '@prisma/schema-engine-wasm';
import pg from 'pg';

const folder = dirname(fileURLToPath(import.meta.url));
const migrationsFolder = join(folder, 'migrations');
const schemaPath = join(folder, 'schema.prisma');
const noFilter = { externalTables: [], externalEnums: [] };

// Postgres' one-byte "char", in which pg_catalog keeps its flags: the adapter knows no such type, the engine wants it
// as a character. So the adapter is told text, and its answer is corrected.
const CHAR_OID = 18;
const TEXT_OID = 25;

const [argument] = process.argv.slice(2);
const url = process.env.DATABASE_URL;
if (argument === undefined || url === undefined) {
  console.error('usage: DATABASE_URL=postgresql://… node prisma/author-migration.mjs NAME | --check');
  process.exit(2);
}

const script = await withShadowDatabase(url, scriptToSchema);
if (argument === '--check') {
  if (script !== undefined) {
    console.error(`the migrations do not lead to schema.prisma; what is missing:\n${script}`);
    process.exit(1);
  }
} else if (script === undefined) {
  console.log('no migration is needed');
} else {
  console.log(writeMigration(argument, script));
}

async function scriptToSchema(adapterFactory) {
  const datamodel = [schemaPath, readFileSync(schemaPath, 'utf8')];
  const engine = await SchemaEngine.new({ datamodels: [datamodel] }, () => {}, adapterFactory);
  const { exitCode, stdout } = await engine.diff({
    from: { tag: 'migrations', ...readMigrations() },
    to: { tag: 'schemaDatamodel', files: [{ path: schemaPath, content: datamodel[1] }] },
    script: true,
    exitCode: true,
    filters: noFilter,
  });
  return exitCode === 0 ? undefined : stdout;
}

function readMigrations() {
  const names = existsSync(migrationsFolder)
    ? readdirSync(migrationsFolder, { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? [entry.name] : [],
      )
    : [];
  return {
    baseDir: migrationsFolder,
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: names.toSorted().map((name) => ({
      path: name,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(migrationsFolder, name, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

function writeMigration(name, sql) {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const target = join(migrationsFolder, `${stamp}_${name}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'migration.sql'), sql);
  return join(target, 'migration.sql');
}

async function withShadowDatabase(serverUrl, use) {
  const parsed = new URL(serverUrl);
  // Fields, not a URL: with a URL the adapter would connect its shadow database to the main one.
  const config = {
    host: parsed.hostname,
    port: Number(parsed.port === '' ? 5432 : parsed.port),
    user: decodeURIComponent(parsed.username),
    password: decodeURIComponent(parsed.password),
    database: decodeURIComponent(parsed.pathname.slice(1)),
  };
  const shadow = `switchyard_shadow_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client(config);
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE "${shadow}"`);
    const connect = () => connectWithCharacters({ ...config, database: shadow });
    const { bindMigrationAwareSqlAdapterFactory } = driverAdapterUtils();
    return await use(
      bindMigrationAwareSqlAdapterFactory({
        provider: 'postgres',
        adapterName: '@prisma/adapter-pg',
        connect,
        connectToShadowDb: connect,
      }),
    );
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS "${shadow}" WITH (FORCE)`);
    await admin.end();
  }
}

async function connectWithCharacters(config) {
  const pool = new pg.Pool(config);
  // Dropping the shadow database cuts what the engine left open.
  pool.on('error', () => {});
  const query = pool.query.bind(pool);
  // Of the latest query. The engine sends one at a time.
  let characterColumns = [];
  pool.query = async (...parameters) => {
    const result = await query(...parameters);
    characterColumns = (result.fields ?? []).flatMap((field, column) =>
      field.dataTypeID === CHAR_OID ? [column] : [],
    );
    for (const column of characterColumns) result.fields[column].dataTypeID = TEXT_OID;
    return result;
  };
  const adapter = await new PrismaPg(pool, { disposeExternalPool: true }).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (parameters) => {
    const answer = await queryRaw(parameters);
    for (const column of characterColumns) answer.columnTypes[column] = driverAdapterUtils().ColumnTypeEnum.Character;
    return answer;
  };
  return adapter;
}

function driverAdapterUtils() {
  const fromAdapter = createRequire(createRequire(import.meta.url).resolve('@prisma/adapter-pg'));
  return fromAdapter('@prisma/driver-adapter-utils');
}
