using System.Collections.Immutable;
using Rez.Core.Diary;
using Rez.Core.Hyperliquid.Wire;
using Rez.Core.LocalVenue;
using Rez.Core.Market;
using Rez.Core.Trading;

namespace Rez.Core.Torture.Parsers;

/// <summary>A reader that remembers nothing.</summary>
internal sealed class Parser(Parser.Reading read) : IParser
{
    internal delegate void Reading(ReadOnlySpan<byte> input);

    public void Read(ReadOnlySpan<byte> input) => read(input);
}

/// <summary>The socket's reader, the same for all frames as in a session; what it tells goes nowhere.</summary>
internal sealed class FrameParser : IParser, IFrameSink
{
    private readonly FrameReader _reader = new();

    public void Read(ReadOnlySpan<byte> input) => _reader.Read(input, DateTimeOffset.UnixEpoch, this);

    public void OnBest(in BestPrices best)
    {
    }

    public void OnTrade(in MarketTrade trade)
    {
    }

    public void OnBook(BookSnapshot book)
    {
    }

    public void OnCandle(in CandleFrame candle)
    {
    }

    public void OnContext(AssetContext context)
    {
    }

    public void OnFills(ImmutableArray<Fill> fills, bool isSnapshot)
    {
    }

    public void OnFundings(int count, bool isSnapshot)
    {
    }

    public void OnOrders(ImmutableArray<OrderUpdate> orders)
    {
    }

    public void OnNotice(VenueNotice notice)
    {
    }

    public void OnSubscribed(string type)
    {
    }

    public void OnPong()
    {
    }

    public void OnTrouble(string why)
    {
    }
}

/// <summary>Payloads of the diary: the type's name in the first line.</summary>
internal sealed class DiaryParser : IParser
{
    public void Read(ReadOnlySpan<byte> input)
    {
        var line = input.IndexOf((byte)'\n');
        if (line > 0)
        {
            DiaryTypes.Read(System.Text.Encoding.UTF8.GetString(input[..line]), 1, input[(line + 1)..]);
        }
    }
}

/// <summary>The local exchange: what strangers' clients send to it.</summary>
internal sealed class LocalParser : IParser
{
    private readonly LocalExchange _exchange = new OwnSeeds().Exchange;
    private readonly LocalConnection? _socket;

    public LocalParser(bool sockets) => _socket = sockets ? _exchange.Connect("fuzz", _ => { }) : null;

    public void Read(ReadOnlySpan<byte> input)
    {
        if (_socket is not null)
        {
            _socket.Receive(input);
            return;
        }

        _exchange.Info(input, "fuzz");
        _exchange.Exchange(input, "fuzz");
    }
}
