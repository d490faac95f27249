// Talking to the studio's server.

async function told(answer) {
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || answer.statusText);
  return body;
}

export async function get(address, options = {}) {
  return told(await fetch(address, options));
}

export async function post(address, body = {}) {
  return told(await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }));
}

export async function remove(address) {
  return told(await fetch(address, { method: "DELETE" }));
}

// Calls `take` with each new state of the chats, for ever; waits a little after a failure.
export async function follow(take, lostConnection) {
  let version = null;
  for (;;) {
    try {
      const since = version === null ? "" : `?since=${version}`;
      const state = await get(`/control/state${since}`);
      lostConnection(false);
      if (state.version !== version) take(state);
      version = state.version;
    } catch {
      lostConnection(true);
      version = null;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
}
