namespace Awoc.Shim.Native;

/// <summary>One round of poll(2): the parts say what they wait for and until when, wait together, then ask what is ready.</summary>
internal sealed unsafe class Poll
{
    private PollSlot[] _slots = new PollSlot[16];
    private int _count;
    private long _dueUs;

    internal long NowUs { get; private set; }

    internal void Begin()
    {
        _count = 0;
        _dueUs = long.MaxValue;
        NowUs = Clock.NowUs();
    }

    /// <summary>Waits for events of a descriptor; the answer is asked for by the slot that is returned.</summary>
    internal int Add(int fd, short events)
    {
        if (_count == _slots.Length) Array.Resize(ref _slots, _count * 2);
        _slots[_count] = new PollSlot { Fd = fd, Events = events };
        return _count++;
    }

    /// <summary>Waits no longer than this moment.</summary>
    internal void Until(long us) => _dueUs = Math.Min(_dueUs, us);

    internal void Wait()
    {
        var timeout = _dueUs == long.MaxValue ? -1 : (int)Math.Clamp((_dueUs - NowUs + 999) / 1000, 0, 3_600_000);
        fixed (PollSlot* slots = _slots)
            if (Libc.Poll(slots, (nuint)_count, timeout) < 0)
                for (var i = 0; i < _count; i++) slots[i].Ready = 0;
        NowUs = Clock.NowUs();
    }

    internal short Ready(int slot) => slot < 0 ? (short)0 : _slots[slot].Ready;

    internal bool Ready(int slot, int events) => (Ready(slot) & events) != 0;
}
