const LISTS = ['tenants', 'keys', 'prefixes', 'aliases', 'credentials', 'models'];
const TIMEOUT_MS = 30_000;

const at = (id) => document.getElementById(id);

/** Kept for this tab only: closing it signs out. */
const session = {
  get token() {
    return sessionStorage.getItem('owner-token');
  },
  set token(token) {
    if (token === null) sessionStorage.removeItem('owner-token');
    else sessionStorage.setItem('owner-token', token);
  },
};

/** Calls the admin API; throws with its message for anything but success, unless the answer lists problems. */
async function call(path, options = {}) {
  const response = await fetch(`/api/v1/${path}`, {
    ...options,
    headers: { authorization: `Bearer ${session.token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = await response.json();
  if (!response.ok && answer.error?.problems === undefined) {
    throw new Error(answer.error?.message ?? `admin answered ${response.status}`);
  }
  return answer;
}

async function everythingIn(list) {
  const items = [];
  let cursor;
  do {
    const query = cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page = await call(list + query);
    items.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}

function cell(tag, value) {
  const element = document.createElement(tag);
  element.textContent =
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return element;
}

function row(tag, values) {
  const element = document.createElement('tr');
  element.append(...values.map((value) => cell(tag, value)));
  return element;
}

async function show(list) {
  const items = await everythingIn(list);
  const columns = [...new Set(items.flatMap((item) => Object.keys(item)))];
  at('columns').replaceChildren(row('th', columns));
  at('rows').replaceChildren(
    ...items.map((item) =>
      row(
        'td',
        columns.map((column) => item[column]),
      ),
    ),
  );
  at('empty').hidden = items.length > 0;
  for (const button of at('lists').children) button.setAttribute('aria-current', String(button.value === list));
  at('state').textContent = `${items.length} ${list}`;
}

function problemLine({ file, line, column, key, message, remedy }) {
  return `${file}:${line}:${column} ${key}: ${message}; ${remedy}`;
}

async function submit(action) {
  const outcome = at('outcome');
  outcome.textContent = 'working ...';
  const answer = await call(`config/${action}`, {
    method: 'POST',
    body: JSON.stringify({ text: at('configuration').value, filename: 'console' }),
  });
  if (answer.error !== undefined) {
    outcome.textContent = [answer.error.message, ...answer.error.problems.map(problemLine)].join('\n');
    return;
  }
  const changes = (answer.changes ?? []).map(({ action: what, kind, name }) => `${what} ${kind} ${name}`);
  const head = action === 'validate' ? 'The configuration is valid.' : `Version ${answer.version} is in force.`;
  outcome.textContent = [head, ...changes, ...answer.warnings.map(problemLine)].join('\n');
  if (action === 'apply') await show('credentials');
}

function told(action) {
  return async (event) => {
    event?.preventDefault();
    try {
      await action();
    } catch (error) {
      at('state').textContent = error.message;
      at('outcome').textContent = error.message;
    }
  };
}

async function signIn() {
  try {
    await show('credentials');
  } catch (error) {
    session.token = null;
    throw error;
  }
  at('sign-in').hidden = true;
  at('overview').hidden = false;
}

for (const list of LISTS) {
  const button = cell('button', list);
  button.value = list;
  button.addEventListener(
    'click',
    told(() => show(list)),
  );
  at('lists').append(button);
}
at('validate').addEventListener(
  'click',
  told(() => submit('validate')),
);
at('apply').addEventListener(
  'click',
  told(() => submit('apply')),
);
at('sign-in').addEventListener(
  'submit',
  told(() => {
    session.token = at('token').value;
    return signIn();
  }),
);
if (session.token !== null) void told(signIn)();
